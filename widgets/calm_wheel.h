// SPDX-License-Identifier: GPL-3.0-or-later
// Editors in long forms.
#pragma once

#include <QWheelEvent>

namespace fcoscope {

// A spin box that the wheel turns only when it has the focus, so that scrolling a form changes nothing by chance.
template <typename Base> class CalmWheel : public Base {
public:
    using Base::Base;

protected:
    void wheelEvent(QWheelEvent *event) override
    {
        if (this->hasFocus())
            Base::wheelEvent(event);
        else
            event->ignore();
    }
};

}  // namespace fcoscope
